"""What a learning curve is drawn from: its values, its axes, its legend."""
