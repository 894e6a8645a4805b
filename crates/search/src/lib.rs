//! Query language, plan, pages, counts, facets and histograms over segments and tail
