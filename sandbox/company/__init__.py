"""The demo company: two seller accounts in six marketplaces, made from a seed."""
