"""The blocks that editors build pages from."""

from cms.blocks.article import ArticleBlocks, SectionBlocks, ThingBlocks, WayBlocks

__all__ = ["ArticleBlocks", "SectionBlocks", "ThingBlocks", "WayBlocks"]
