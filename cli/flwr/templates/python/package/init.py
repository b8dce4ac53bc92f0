"""A Flower app: nodes train a model on data that stays with them."""
