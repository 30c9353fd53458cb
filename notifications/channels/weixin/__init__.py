"""What the official account and the mini program share: fields, tokens, codes and callbacks."""
