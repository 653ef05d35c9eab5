"""What the tests share: the one real build, and replays of it with other releases and seeds."""
