"""What the platform itself asks of members: messages, invitations and the answers to them."""
