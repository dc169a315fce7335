"""The public site as a frozen release: a folder of plain pages and data that needs no record to be read.

`facts` is what goes in, with people already protected; `pages` makes one document a page; `site` writes them in both
languages; `downloads` gives the data; `frozen` names every file by its SHA-256 and checks a folder against that.
"""
