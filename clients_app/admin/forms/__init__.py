"""What Staff types: plain forms that ask the rules, and say what services refuse."""
