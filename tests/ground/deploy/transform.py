"""Prints as JSON what CloudFormation makes of a template: its path, bucket and key of the zip, parameters."""

import json
import sys

from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform


class NoManagedPolicies:
    def load(self):
        return {}


path, bucket, key, parameters = sys.argv[1:]
with open(path) as file:
    template = yaml_parse(file.read())
if "Transform" in template:
    # This much does `sam deploy`.
    template["Resources"]["Function"]["Properties"]["CodeUri"] = {"Bucket": bucket, "Key": key}
    template = transform(template, json.loads(parameters), NoManagedPolicies())
print(json.dumps(template))
