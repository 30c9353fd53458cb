"""The image, really built and run; only by `make image-test`."""
