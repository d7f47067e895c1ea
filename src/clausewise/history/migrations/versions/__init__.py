"""One script for each version. A script that was released is never changed."""
