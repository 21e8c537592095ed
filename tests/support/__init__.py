"""What tests of all kinds lean on: servers, brokers, databases, recorded data."""
