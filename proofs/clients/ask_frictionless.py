# /// script
# dependencies = ["frictionless==5.21.0"]
# [tool.us_trade]
# speaks = ["package"]
# ///
"""frictionless: validate the exported data package."""

import client
import frictionless

request = client.request()


def ask(question: dict) -> list:
    report = frictionless.validate(str(request.dist / "datapackage.json"))
    faults = [error.message for error in report.errors]
    faults += [message for task in report.tasks for (message,) in task.flatten(["message"])]
    if faults:
        raise ValueError("; ".join(faults))
    return sorted((task.name, "valid" if task.valid else "invalid") for task in report.tasks)


client.reply(request, frictionless.__version__, {"package": ask})
