"""What every worker shares: consuming, leases, relaying, sweeping. Plain loops with a stop event."""
