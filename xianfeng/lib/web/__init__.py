"""What a request says of where it comes from and how much it brings."""
