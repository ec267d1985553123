"""The plugin's file is imported by every process of Airflow, each worker too: it must cost nothing."""

import ast

from tests.support.district import ROOT


def test_the_plugin_imports_nothing_but_airflows_base() -> None:
    tree = ast.parse((ROOT / "plugins" / "ward_warehouse_plugin.py").read_text(encoding="utf-8"))
    imported = {node.module for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert imported == {"__future__", "typing", "airflow.plugins_manager"}
    assert not [node for node in tree.body if isinstance(node, ast.Import)]


def test_airflow_takes_no_other_file_of_the_folder_for_a_plugin() -> None:
    ignored = (ROOT / "plugins" / ".airflowignore").read_text(encoding="utf-8").split()
    others = {path.name for path in (ROOT / "plugins").iterdir() if path.is_dir() and "." not in path.name}
    assert {f"{name}/" for name in others - {"__pycache__"}} <= set(ignored)
