"""Empty on purpose: the hooks live in `clausewise.plugin`, which pytest loads by its entry point."""
