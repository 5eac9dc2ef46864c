"""A stain GAN (Yang and colleagues' MultiPathGAN): taught on the kit's cells, asked for other stains in training."""
