"""The yearly check in public: everybody concerned is told, and it may be taken back with a reason."""
