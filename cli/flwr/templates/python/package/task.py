"""What the ServerApp and the ClientApps agree on: the model, how it learns, and its data.

The model is a logistic regression: it tells two kinds of examples apart by a weighted
sum of their features. It is a list of two arrays, the weights and the bias.
"""

import numpy as np

# What the model has to find out.
TRUTH = np.array([1.5, -2.0, 0.5, 1.0, -1.0, 0.25, -0.5, 2.0])


def new_model():
    """Return a model that has learned nothing yet."""
    return [np.zeros(len(TRUTH), np.float32), np.zeros(1, np.float32)]


def train(model, examples, epochs, lr):
    """Train with stochastic gradient descent; return the new model and the last loss."""
    weights, bias = (array.astype(np.float64) for array in model)
    features, labels = examples
    loss = 0.0
    for _ in range(epochs):
        loss = 0.0
        for row, label in zip(features, labels):
            likely = predict([weights, bias], row)
            loss += loss_of(likely, label) / len(labels)
            step = lr * (likely - label)
            weights -= step * row
            bias -= step
    return [weights.astype(np.float32), bias.astype(np.float32)], float(loss)


def evaluate(model, examples):
    """Return loss and accuracy on examples that the model has not seen."""
    features, labels = examples
    likely = predict(model, features)
    accuracy = np.mean((likely > 0.5) == (labels == 1))
    return float(np.mean(loss_of(likely, labels))), float(accuracy)


def predict(model, features):
    """Return the likelihood that the label is 1."""
    weights, bias = model
    return 1.0 / (1.0 + np.exp(-(features @ weights + bias[0])))


def loss_of(likely, label):
    """Return the cross-entropy of a prediction."""
    return -np.log(np.maximum(np.where(label == 1, likely, 1.0 - likely), 1e-7))


def load_examples(context):
    """Return this node's examples for training and for testing.

    They are made up here, so that the app runs at once: every node has others, and each
    sees one part of the world more than the rest. With data of your own, give its path
    to the node with ``--node-config 'data-dir="/data"'`` and read it from
    ``context.node_config["data-dir"]``.
    """
    # Which part of the data is this node's; without --node-config it follows from the id.
    partition = int(context.node_config.get("partition-id", context.node_id % 1000))
    random = np.random.default_rng(partition)
    features = random.normal(size=(500, len(TRUTH)))
    features[:, partition % len(TRUTH)] += 1.0
    noise = 0.5 * random.normal(size=500)
    labels = (features @ TRUTH + noise > 0.3).astype(np.int64)
    return (features[:400], labels[:400]), (features[400:], labels[400:])
