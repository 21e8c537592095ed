"""What each view of the page reads: SQL to plain rows."""
