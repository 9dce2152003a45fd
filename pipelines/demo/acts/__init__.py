"""Acts: what clerks do after the regular hand-in or in its place, and what must come of it.

``kinds`` lists them; ``again`` are second files that take force, ``asked`` those that must wait or come back, ``instead``
what comes in place of the regular file, ``handed_back`` slips that come back corrected, ``nothing`` nil reports. ``choosing``
says which hand-in each is done to, ``doing`` writes its files, ``figures`` is what clerks get wrong and put
right. Where an act changes figures, the regular file has the wrong ones: what stands in the end is the city as it is.
"""

from pipelines.demo.acts.choosing import Acts

__all__ = ["Acts"]
