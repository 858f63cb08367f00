"""Settings: company.yml, the warehouse's roles and schemas, where state lives."""
