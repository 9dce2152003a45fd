"""The demo city: what the departments of a fictional city hand in over a year, seeded, with its faults written down.

``generate`` writes the inbox, the regions and the truth. The room: ``regions``, ``people`` and ``world`` are the city;
``datasets`` what departments record of it; ``paddings`` and ``faults`` what goes wrong; ``handins``, ``habits``,
``layouts``, ``forms``, ``cells``, ``writers`` and ``sender`` how it reaches the inbox; ``wrong`` files that must be refused;
``acts`` what clerks do after a hand-in or in its place; ``score`` whether a home came to what it must by that.
"""

from pipelines.demo.generate import DemoCity, Scale, generate

__all__ = ["DemoCity", "Scale", "generate"]
