"""The stages: download, preprocess, explore, baseline, train, evaluate, report."""
