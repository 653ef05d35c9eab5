"""Write the database in other file formats, one module each.

dataset    what the whole is: its releases, and its description as schema.org has it
tables     CSV and Parquet of each mart, and the data package that describes them
workbook   a spreadsheet of what people read
croissant  what a machine learner's loader reads
sdmx       the monthly series, as statistical offices exchange them
"""
