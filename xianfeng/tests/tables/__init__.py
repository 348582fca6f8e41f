"""What the tests of the whole house compare with: tables of addresses, and a city to measure."""
