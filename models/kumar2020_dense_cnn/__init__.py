"""Kumar and colleagues' dense CNN: features chosen by chi-square, judged by dense layers or by a random forest."""
