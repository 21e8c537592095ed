"""The bus: a port with two ends, Kafka and memory."""
