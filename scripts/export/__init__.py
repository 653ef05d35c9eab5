"""Write the database in other file formats, one module each.

marts      what is in the database: tables, columns, keys, units
dataset    what the whole is: its releases, and its description as schema.org has it
tables     CSV and Parquet of a mart, and the data package
workbook   a spreadsheet of the marts that people read
croissant  what a machine learner's loader reads
sdmx       the monthly series, as statistical offices exchange them
"""
