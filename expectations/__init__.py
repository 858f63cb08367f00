"""The two gates: gate A judges what arrived, gate B judges what would be published."""
