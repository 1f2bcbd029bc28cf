"""Asks AWS, or what stands in for it, and prints the answer as JSON: service, call, parameters."""

import ast
import json
import sys

import boto3


def without_none(value):
    if isinstance(value, list):
        return [without_none(each) for each in value if each is not None]
    if isinstance(value, dict):
        return {key: without_none(each) for key, each in value.items()}
    return value


service, call, parameters = sys.argv[1:]
answer = getattr(boto3.client(service), call)(**json.loads(parameters))
# moto keeps the policy of a stack's role as Python writes it, with `None` where a template has AWS::NoValue.
if isinstance(answer.get("PolicyDocument"), str):
    answer["PolicyDocument"] = without_none(ast.literal_eval(answer["PolicyDocument"]))
print(json.dumps(answer, default=str))
