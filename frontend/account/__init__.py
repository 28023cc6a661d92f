"""What is one person's own: sign-in, orders, tickets."""
