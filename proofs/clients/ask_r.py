# /// script
# dependencies = []
# [tool.us_trade]
# speaks = ["csv"]
# program = "Rscript"  # of Debian's package r-base-core
# ///
"""R, with nothing installed into it: the CSV files."""

import csv
import subprocess

import client

request = client.request()

READ = """
read <- function(mart) read.csv(paste0(mart, ".csv"), fileEncoding = "UTF-8-BOM")
write <- function(rows) write.table(rows, sep = ",", row.names = FALSE, col.names = FALSE)
"""
SCRIPTS = {
    "row counts": """
files <- list.files(pattern = "[.]csv$")
marts <- sub("[.]csv$", "", files)
marts <- sort(marts[!grepl("^sdmx", marts)], method = "radix")
write(data.frame(paste0("marts.", marts), sapply(marts, function(mart) nrow(read(mart)))))
""",
    "latest goods deficit": """
both <- merge(read("fct_monthly_trade"), read("dim_month"), by = "month_date")
found <- subset(both, component == "goods" & toupper(is_latest) == "TRUE")
write(data.frame(as.Date(found$month_date), -found$balance_musd))
""",
    "sums of all months": """
trade <- read("fct_monthly_trade")
flows <- trade[c("exports_musd", "imports_musd", "balance_musd")]
write(aggregate(cbind(months = 1, flows), trade["component"], sum))
""",
}


def rscript(*arguments: str, script: str = "") -> str:
    done = subprocess.run(
        ["Rscript", "--vanilla", *arguments], input=script, cwd=request["dist"], check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return done.stdout


def ask(question: dict) -> list:
    said = rscript("-", script=READ + SCRIPTS[question["id"]])
    return [
        [int(cell) if cell.lstrip("-").isdecimal() else cell for cell in row]
        for row in csv.reader(said.splitlines())
    ]


version = rscript("-e", "cat(format(getRversion()))")
client.reply(version, request["questions"], ask)
