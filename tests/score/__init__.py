"""Detection held against the sandbox's answer key (`make score`)."""
