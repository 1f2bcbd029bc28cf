//! `deploy/container`: its files are held against those who read them, and what the last stage of the Dockerfile says is
//! done in a root of its own, as there is no Docker here.

use std::{
    collections::BTreeMap,
    fs::{self, Permissions},
    net::TcpListener,
    os::unix::fs::{PermissionsExt as _, chown},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use reveille_tests::ground::container::tools;

use crate::{
    house::{House, Place, TOKEN, binary, send_signal, text},
    stopping::children,
};

/// The libraries of `gcr.io/distroless/cc-debian12` that a program may be linked to.
const LIBRARIES: [&str; 8] = [
    "ld-linux-x86-64.so.2",
    "ld-linux-aarch64.so.1",
    "libc.so.6",
    "libdl.so.2",
    "libgcc_s.so.1",
    "libm.so.6",
    "libpthread.so.0",
    "librt.so.1",
];

/// Looks while something is waited for; each takes some milliseconds.
const MOST_LOOKS: u32 = 5_000;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../deploy/container")
        .join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(file(name)).unwrap()
}

#[track_caller]
fn well(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    said
}

#[test]
fn hadolint_has_nothing_against_the_dockerfile() {
    let mut hadolint = Command::new(tools().join("hadolint"));
    well(hadolint.arg(file("Dockerfile")));
}

#[test]
fn kubernetes_knows_every_key_of_the_manifest() {
    let mut validate = Command::new(tools().join("kubernetes-validate"));
    let said = well(
        validate
            .args(["--strict", "--kubernetes-version", "1.34"])
            .arg(file("kubernetes.yaml")),
    );
    assert!(!said.contains("ERROR"), "{said}");
}

#[test]
fn compose_knows_every_key_of_its_file() {
    let mut check = Command::new(tools().join("check-jsonschema"));
    well(
        check
            .args(["--builtin-schema", "vendor.compose-spec"])
            .arg(file("compose.yaml")),
    );
}

/// The text of the ConfigMap.
fn of_kubernetes() -> String {
    let manifest = read("kubernetes.yaml");
    let (_, after) = manifest.split_once("reveille.toml: |\n").unwrap();
    let lines = after
        .lines()
        .take_while(|line| line.is_empty() || line.starts_with("    "));
    lines
        .map(|line| line.trim_start().to_owned() + "\n")
        .collect()
}

#[test]
fn the_configurations_that_operators_begin_with_can_be_used() {
    for text in [read("config/reveille.toml"), of_kubernetes()] {
        let place = Place::new();
        let token = place.file("token", TOKEN);
        let token = token.display().to_string();
        let text = text
            .replace("/run/secrets/jandi-token", &token)
            .replace("/etc/reveille-tokens/jandi", &token);
        assert!(text.contains(&token), "{text}");
        place.file("reveille.toml", &text);
        // It reads the configuration, and finds nobody there.
        let told = place.fails(&["--config", "reveille.toml", "healthcheck"]);
        assert!(told.contains("nothing listens on 127.0.0.1:8080"), "{told}");
    }
}

/// An instruction, and what stands behind it.
type Step = (String, String);

/// The instructions of the last stage.
fn last_stage() -> Vec<Step> {
    let dockerfile = read("Dockerfile");
    let lines: Vec<&str> = dockerfile
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .collect();
    let joined = lines.join("\n").replace("\\\n", " ");
    let steps = joined.lines().filter_map(|line| {
        let (word, rest) = line.trim().split_once(' ')?;
        Some((word.to_owned(), rest.trim().to_owned()))
    });
    let steps: Vec<Step> = steps.collect();
    let begins = steps.iter().rposition(|(word, _)| word == "FROM").unwrap();
    steps[begins..].to_vec()
}

/// What stands behind the only instruction of this name.
#[track_caller]
fn only<'a>(stage: &'a [Step], word: &str) -> &'a str {
    let mut of_it = stage.iter().filter(|(it, _)| it == word);
    let (Some((_, rest)), None) = (of_it.next(), of_it.next()) else {
        panic!("the last stage needs one {word}");
    };
    rest
}

fn words(json: &str) -> Vec<String> {
    serde_json::from_str(json).unwrap()
}

#[test]
fn the_image_says_who_it_is_and_how_it_is_asked_and_holds_no_secret() {
    let stage = last_stage();
    assert!(only(&stage, "FROM").starts_with("gcr.io/distroless/cc-debian12:nonroot"));
    assert!(!only(&stage, "USER").starts_with('0'));
    assert!(only(&stage, "LABEL").contains("org.opencontainers.image.title"));
    assert!(only(&stage, "HEALTHCHECK").contains("healthcheck"));
    assert_eq!(only(&stage, "STOPSIGNAL"), "SIGTERM");
    assert!(!read("Dockerfile").to_lowercase().contains("token"));
}

#[test]
fn what_is_sent_to_the_build_is_the_whole_workspace_and_nothing_else() {
    let top = file("../..");
    let ignored = fs::read_to_string(top.join(".dockerignore")).unwrap();
    assert!(ignored.lines().any(|line| line == "*"), "{ignored}");
    let place = Place::new();
    let context = place.folder.path();
    let kept = ignored.lines().filter_map(|line| line.strip_prefix('!'));
    for name in kept {
        std::os::unix::fs::symlink(top.join(name).canonicalize().unwrap(), context.join(name))
            .unwrap();
    }
    let mut metadata = Command::new("cargo");
    metadata
        .args(["metadata", "--format-version=1", "--locked", "--offline"])
        .args(["--no-deps", "--manifest-path"])
        .arg(context.join("Cargo.toml"));
    assert!(well(&mut metadata).contains("reveille-sandbox"));
}

#[test]
fn operators_read_of_the_proxy_what_is_shipped() {
    let document = fs::read_to_string(file("../../host/reveille/CONTAINER.md")).unwrap();
    let shipped = read("Caddyfile");
    let (_, site) = shipped.split_once('\n').unwrap();
    assert!(document.contains(site), "{site}");
    for name in ["Dockerfile", "compose.yaml", "kubernetes.yaml"] {
        assert!(document.contains(name), "{name}");
    }
}

/// A root as the last stage makes it, and the folder that stands for its volume.
struct Root {
    folder: PathBuf,
    volume: PathBuf,
    stage: Vec<Step>,
}

impl Root {
    fn build(place: &Place) -> Self {
        let folder = place.folder.path().join("root");
        let volume = place.folder.path().join("volume");
        let root = Self {
            stage: last_stage(),
            folder,
            volume,
        };
        root.lay_the_base();
        for (word, rest) in &root.stage {
            if word == "COPY" {
                root.copy(rest);
            }
        }
        fs::create_dir(&root.volume).unwrap();
        // A new volume gets the owner and the mode of the folder that it covers.
        let covered = root.at(&words(only(&root.stage, "VOLUME"))[0]);
        let mode = fs::metadata(&covered).unwrap().permissions();
        fs::set_permissions(&root.volume, mode).unwrap();
        root.give(&root.volume);
        root
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.join(path.trim_start_matches('/'))
    }

    fn user(&self) -> (u32, u32) {
        let (user, group) = only(&self.stage, "USER").split_once(':').unwrap();
        (user.parse().unwrap(), group.parse().unwrap())
    }

    fn give(&self, path: &Path) {
        let (user, group) = self.user();
        chown(path, Some(user), Some(group)).unwrap();
    }

    /// What distroless has and the program uses: libraries, certificates, users, and places where things are mounted.
    fn lay_the_base(&self) {
        for folder in ["proc", "dev", "tmp", "etc/ssl/certs"] {
            fs::create_dir_all(self.at(folder)).unwrap();
        }
        fs::write(
            self.at("etc/passwd"),
            "root:x:0:0::/root:/sbin/nologin\nnonroot:x:65532:65532::/home/nonroot:/sbin/nologin\n",
        )
        .unwrap();
        let certificates = "etc/ssl/certs/ca-certificates.crt";
        if Path::new("/").join(certificates).exists() {
            fs::copy(Path::new("/").join(certificates), self.at(certificates)).unwrap();
        }
        for device in ["null", "urandom"] {
            fs::write(self.at("dev").join(device), "").unwrap();
        }
        let linked = well(Command::new("ldd").arg(binary()));
        for path in linked
            .split_whitespace()
            .filter(|word| word.starts_with('/'))
        {
            let name = Path::new(path).file_name().unwrap().to_string_lossy();
            assert!(
                LIBRARIES.contains(&&*name),
                "the base has no {name}: {linked}"
            );
            let target = self.at(path);
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::copy(path, target).unwrap();
        }
    }

    /// `--from=build [--chown=…] /image/… /…`: the program, or an empty folder.
    fn copy(&self, rest: &str) {
        let paths: Vec<&str> = rest
            .split_whitespace()
            .filter(|word| !word.starts_with("--"))
            .collect();
        let [from, to] = paths[..] else {
            panic!("COPY {rest}");
        };
        assert_eq!(from, format!("/image{to}"));
        let target = self.at(to);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        if to.ends_with("/reveille") && to.contains("/bin/") {
            fs::copy(binary(), &target).unwrap();
        } else {
            fs::create_dir(&target).unwrap();
            fs::set_permissions(&target, Permissions::from_mode(0o700)).unwrap();
            assert!(rest.contains("--chown=65532:65532"), "{rest}");
            self.give(&target);
        }
    }

    fn environment(&self) -> BTreeMap<String, String> {
        let pairs = only(&self.stage, "ENV").split_whitespace();
        pairs
            .map(|pair| pair.split_once('=').unwrap())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// Starts the entry point as process 1, in a root that cannot be written to, with a network of its own.
    fn start(&self, place: Place) -> House {
        const MOUNTS: &str = "
            root=$1 volume=$2 user=$3 group=$4 folder=$5
            shift 5
            ip link set lo up
            mount --bind \"$root\" \"$root\"
            mount -t proc proc \"$root/proc\"
            for device in null urandom; do mount --bind /dev/$device \"$root/dev/$device\"; done
            mount --bind \"$volume\" \"$root$folder\"
            mount -o remount,bind,ro \"$root\"
            exec unshare --root=\"$root\" --wd=\"$folder\" --setuid=\"$user\" --setgid=\"$group\" -- \"$@\"";
        let (user, group) = self.user();
        let mut command = Command::new("unshare");
        command
            .args(["--mount", "--net", "--pid", "--fork", "--kill-child", "--"])
            .args(["sh", "-euc", MOUNTS, "sh"])
            .args([&self.folder, &self.volume])
            .args([user.to_string(), group.to_string()])
            .arg(only(&self.stage, "WORKDIR"))
            .args(words(only(&self.stage, "ENTRYPOINT")))
            .env_clear()
            .envs(self.environment())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default());
        let arguments = words(only(&self.stage, "CMD"));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        House::begin(place, command, &arguments, true)
    }

    /// Runs a program within, as `docker exec` and the health check do.
    fn run_within(&self, id: u32, command: &[&str]) -> Output {
        let (user, group) = self.user();
        Command::new("nsenter")
            .arg(format!("--target={id}"))
            .args(["--mount", "--net", "--pid", "--root", "--wd"])
            .arg(format!("--setuid={user}"))
            .arg(format!("--setgid={group}"))
            .arg("--")
            .args(command)
            .env_clear()
            .envs(self.environment())
            .env("REVEILLE_JANDI_TOKENS", TOKEN)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }
}

/// Whether this machine lets us make roots and networks.
fn may_make_roots() -> bool {
    let allowed = Command::new("unshare")
        .args(["--mount", "--net", "--pid", "--fork"])
        .args(["ip", "link", "set", "lo", "up"])
        .output();
    let may = allowed.is_ok_and(|output| output.status.success());
    if !may {
        eprintln!(
            "NOT RUN: the steps of the Dockerfile: run this as root, with util-linux and iproute2"
        );
    }
    may
}

#[test]
fn what_the_dockerfile_makes_starts_answers_and_stops() {
    if !may_make_roots() {
        return;
    }
    let place = Place::new();
    // Who is not root passes through it.
    fs::set_permissions(place.folder.path(), Permissions::from_mode(0o755)).unwrap();
    let root = Root::build(&place);
    let volume = root.volume.clone();
    let house = root.start(place);
    assert_eq!(house.address, "0.0.0.0:8080");
    let id = children(house.child.id())[0];

    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    for line in [
        "Uid:\t65532\t65532",
        "Gid:\t65532\t65532",
        "CapEff:\t0000000000000000",
        "NSpid:",
    ] {
        assert!(status.contains(line), "{line}: {status}");
    }
    let check = only(&root.stage, "HEALTHCHECK");
    let (_, check) = check.split_once("CMD").unwrap();
    let check = words(check);
    let check: Vec<&str> = check.iter().map(String::as_str).collect();
    let well = root.run_within(id, &check);
    assert!(well.status.success(), "{}", text(&well.stderr));
    let program = check[0];
    let said = root.run_within(id, &[program, "say", "/서버 목록"]);
    assert!(said.status.success(), "{}", text(&said.stderr));
    let listed = root.run_within(id, &[program, "rule", "list", "--from", "127.0.0.1:9090"]);
    assert!(text(&listed.stdout).contains("serverbyeong"), "{listed:?}");

    // Only the volume can be written to.
    let refused = root.run_within(id, &[program, "--db", "/x.db", "fleet", "list"]);
    assert!(
        text(&refused.stderr).contains("Read-only file system"),
        "{refused:?}"
    );
    assert!(volume.join("reveille.db").exists());

    send_signal(id, "TERM");
    let (_place, code) = house.ended();
    assert_eq!(code, 0);
    // SQLite has put everything into the one file.
    assert!(!volume.join("reveille.db-wal").exists());
}

/// Caddy, which is killed when it is dropped.
struct Caddy(Child);

impl Drop for Caddy {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_proxy_leads_the_webhook_here_with_tls_and_nothing_else() {
    let house = House::start_with_admin(
        Place::new(),
        &["serve", "--no-timer", "--listen", "127.0.0.1:0"],
    );
    let place = Place::new();
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    // Certificates of its own, as nobody vouches for this machine's name; nothing else differs from what is shipped.
    let own = format!(
        "{{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n\tlocal_certs\n}}\n{}",
        read("Caddyfile")
    );
    let caddyfile = place.file("Caddyfile", &own);
    let caddy = tools().join("caddy");
    let run = |action: &str| {
        let mut command = Command::new(&caddy);
        command
            .arg(action)
            .args(["--adapter", "caddyfile", "--config"])
            .arg(&caddyfile)
            .env_clear()
            .env("HOME", place.folder.path())
            .env("DOMAIN", format!("localhost:{port}"))
            .env("UPSTREAM", &house.address)
            .stdin(Stdio::null());
        command
    };
    well(&mut run("validate"));
    let mut command = run("run");
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let _caddy = Caddy(command.spawn().unwrap());
    let ask = |path: &str, body: &str| {
        let mut curl = Command::new("curl");
        let output = curl
            .args([
                "--silent",
                "--insecure",
                "--noproxy",
                "*",
                "--write-out",
                "\n%{http_code}",
            ])
            .args(["--data", body])
            .arg(format!("https://localhost:{port}{path}"))
            .output()
            .unwrap();
        text(&output.stdout)
    };
    let body = serde_json::json!({
        "token": TOKEN, "text": "/서버 목록", "data": "목록", "keyword": "서버", "writerName": "하나",
    })
    .to_string();
    let answer = (0..MOST_LOOKS)
        .map(|_| ask("/jandi/webhook", &body))
        .find(|answer| !answer.ends_with("000"))
        .expect("Caddy listens");
    assert!(answer.ends_with("\n200"), "{answer}");
    for path in ["/", "/healthz", "/metrics", "/jandi/webhook/x"] {
        assert!(ask(path, "").ends_with("404"), "{path}");
    }
}
