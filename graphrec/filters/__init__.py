"""Closed-form scores of the training interactions: item-item, user-user, structural."""
