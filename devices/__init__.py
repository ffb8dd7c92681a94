"""The bundled device drivers and their twins; they come in by entry points, like anybody's."""
