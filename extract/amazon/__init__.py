"""Amazon's Selling Partner API: client, throttle, settlement reports, access check."""
