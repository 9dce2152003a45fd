"""Private values: tokens, masks, and cells as they may be shown."""
