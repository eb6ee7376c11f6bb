"""The data types that flow from stage to stage."""
