"""WeChat mini programs: the providers, one file each."""
