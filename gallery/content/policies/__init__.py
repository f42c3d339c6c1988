"""The house's policies: versions that never change, their texts, who accepted which, and who is told of a change."""
