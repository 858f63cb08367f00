"""What leaves the warehouse: builds, published reports, alerts."""
