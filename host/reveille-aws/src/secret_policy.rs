//! What IAM must allow so that secrets can be read: each by its name, and their keys for nothing else.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    policy::partition,
    secret::{GET_PARAMETER, GET_SECRET, SecretId},
};

/// The statements for `secrets`; names are of `region` and `account`.
///
/// Both services ask KMS in the caller's name, through themselves and for one secret at a time (Systems Manager User
/// Guide, "AWS KMS encryption for Parameter Store SecureString parameters", and Secrets Manager User Guide, "Secret
/// encryption and decryption", read 2026-11-23). Keys that AWS manages need no permission.
pub(crate) fn statements(secrets: &[SecretId], region: &str, account: &str) -> Vec<Value> {
    let (parameters, managed): (BTreeSet<&SecretId>, BTreeSet<&SecretId>) = secrets
        .iter()
        .partition(|id| matches!(id, SecretId::Parameter(_)));
    let arns = |ids: BTreeSet<&SecretId>| -> Vec<String> {
        ids.iter().map(|id| id.arn(region, account)).collect()
    };
    let kinds = [
        (
            "Parameters",
            GET_PARAMETER,
            "ssm",
            "PARAMETER_ARN",
            arns(parameters),
        ),
        (
            "Secrets",
            GET_SECRET,
            "secretsmanager",
            "SecretARN",
            arns(managed),
        ),
    ];
    kinds
        .into_iter()
        .filter(|(.., arns)| !arns.is_empty())
        .flat_map(|(what, call, service, context, arns)| {
            let places: BTreeSet<(&str, &str)> = arns.iter().map(|arn| place(arn)).collect();
            let keys: Vec<String> = places
                .iter()
                .map(|(region, account)| {
                    format!("arn:{}:kms:{region}:{account}:key/*", partition(region))
                })
                .collect();
            let through: BTreeSet<String> = places
                .iter()
                .map(|(region, _)| {
                    let suffix = match partition(region) {
                        "aws-cn" => ".cn",
                        _ => "",
                    };
                    format!("{service}.{region}.amazonaws.com{suffix}")
                })
                .collect();
            let read = json!({
                "Sid": format!("Read{what}"),
                "Effect": "Allow",
                "Action": call,
                "Resource": arns,
            });
            let decrypt = json!({
                "Sid": format!("Decrypt{what}"),
                "Effect": "Allow",
                "Action": "kms:Decrypt",
                "Resource": keys,
                "Condition": {
                    "StringEquals": {"kms:ViaService": through},
                    "StringLike": {format!("kms:EncryptionContext:{context}"): arns},
                },
            });
            [read, decrypt]
        })
        .collect()
}

/// Region and account of an ARN.
fn place(arn: &str) -> (&str, &str) {
    let mut parts = arn.split(':').skip(3);
    let mut next = || parts.next().unwrap_or("*");
    (next(), next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_allowed_for_nothing() {
        assert!(statements(&[], "eu-west-1", "*").is_empty());
    }

    #[test]
    fn each_secret_may_be_read_and_its_key_used_for_it_alone() {
        let secrets = [
            SecretId::Parameter("/reveille/token".into()),
            SecretId::Parameter("/reveille/token".into()),
            SecretId::Managed("reveille/jandi".into()),
        ];
        let token = "arn:aws:ssm:eu-west-1:111122223333:parameter/reveille/token";
        let jandi = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:reveille/jandi-??????";
        let keys = ["arn:aws:kms:eu-west-1:111122223333:key/*"];
        let decrypts = |sid: &str, service: &str, context: &str, arn: &str| {
            json!({
                "Sid": sid,
                "Effect": "Allow",
                "Action": "kms:Decrypt",
                "Resource": keys,
                "Condition": {
                    "StringEquals": {"kms:ViaService": [format!("{service}.eu-west-1.amazonaws.com")]},
                    "StringLike": {context: [arn]},
                },
            })
        };
        let reads = |sid: &str, call: &str, arn: &str| json!({"Sid": sid, "Effect": "Allow", "Action": call, "Resource": [arn]});
        let parameter = "kms:EncryptionContext:PARAMETER_ARN";
        let managed = "kms:EncryptionContext:SecretARN";
        assert_eq!(
            statements(&secrets, "eu-west-1", "111122223333"),
            [
                reads("ReadParameters", "ssm:GetParameter", token),
                decrypts("DecryptParameters", "ssm", parameter, token),
                reads("ReadSecrets", "secretsmanager:GetSecretValue", jandi),
                decrypts("DecryptSecrets", "secretsmanager", managed, jandi),
            ]
        );
    }

    #[test]
    fn an_arn_elsewhere_has_keys_there() {
        let arn = "arn:aws:secretsmanager:us-east-1:444455556666:secret:x-a1B2c3";
        let told = statements(
            &[SecretId::Managed(arn.into())],
            "eu-west-1",
            "111122223333",
        );
        let keys = json!(["arn:aws:kms:us-east-1:444455556666:key/*"]);
        assert_eq!(told[1]["Resource"], keys);
        let through = &told[1]["Condition"]["StringEquals"]["kms:ViaService"];
        assert_eq!(*through, json!(["secretsmanager.us-east-1.amazonaws.com"]));
    }
}
