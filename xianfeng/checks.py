"""System checks that refuse a dangerous production setting."""
