//! A second implementation that reads only the specifications: `tests/verify_log.py`. It needs Python and nothing else.

use crate::world::{DAY, World, policy_text};
use skyweave_proof::hex;
use skyweave_proof::order::Class;
use std::path::Path;
use std::process::{Command, Output};

fn verify(folder: &Path) -> Option<Output> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/verify_log.py");
    match Command::new("python3").arg(script).arg(folder).arg(folder.join("policy")).output() {
        Ok(output) => Some(output),
        Err(error) => {
            println!("SKIPPED: python3 does not run here: {error}");
            None
        }
    }
}

#[test]
fn tiles_checkpoint_and_cosignatures_are_verified_by_another_implementation() {
    let mut world = World::new();
    let cut = world.draw(Class::Cut, "alice", 1, Some(DAY));
    world.carry_out(&cut, &["bob", "carol", "dave"]).unwrap();
    // more than one tile, and a second level
    for number in 0..600_u32 {
        world.append(&number.to_be_bytes());
    }
    world.cosign();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python-log");
    _ = std::fs::remove_dir_all(&folder);
    for (path, bytes) in &world.files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    std::fs::write(folder.join("policy"), policy_text()).unwrap();
    let Some(output) = verify(&folder) else { return };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let expected = format!(
        "{} entries, root {}, cosigned by m1, w1, w2, w3",
        world.writer.size(),
        hex(&world.writer.root())
    );
    assert_eq!(text.trim(), expected);

    // and it can fail: an entry, a tile of each level, the checkpoint
    for path in ["tile/entries/001", "tile/0/001", "tile/1/000.p/2", "checkpoint"] {
        let at = folder.join(path);
        let good = std::fs::read(&at).unwrap();
        let mut bent = good.clone();
        bent[if path == "checkpoint" { 5 } else { good.len() / 2 }] ^= 1;
        std::fs::write(&at, &bent).unwrap();
        let output = verify(&folder).unwrap();
        assert!(!output.status.success(), "{path}: {}", String::from_utf8_lossy(&output.stdout));
        std::fs::write(&at, good).unwrap();
    }
}
