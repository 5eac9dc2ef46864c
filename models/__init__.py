"""One room per published system, all furnished alike, and the bundles that ship."""
