"""Yang and colleagues' system: MobileViTv2 on single cells, stains augmented by a MultiPathGAN. See README.md."""
