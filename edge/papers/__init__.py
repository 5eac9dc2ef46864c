"""What leaves the kit on paper or on a stick: reports, referrals, tables, FHIR, pictures, training sets.

`CaseFile` is everything a paper shows. Papers are made from it and from nothing else, so that equal cases give equal
bytes; only `edge.papers.targets` and `edge.papers.writing` touch a disk.
"""
