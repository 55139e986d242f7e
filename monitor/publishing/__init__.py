"""What the organisation shows of its monitoring: its accounts, what is read, and the impact assessment."""
