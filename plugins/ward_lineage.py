"""What OpenLineage is told of the project's tasks, where `WARD_WAREHOUSE_LINEAGE` says so (the extra `lineage`).

Airflow's provider for OpenLineage sends an event when a task starts and when it ends; of a Python task it cannot know
what was read. Told here, it says so: from each ward's system to the tables that analysts open.
"""

from __future__ import annotations

from inspect import signature
from typing import Any

from airflow.providers.openlineage.extractors import BaseExtractor, OperatorLineage
from openlineage.client.event_v2 import InputDataset, OutputDataset


class WardLineage(BaseExtractor):
    """Inputs and outputs of a task, when it has ended."""

    @classmethod
    def get_operator_classnames(cls) -> list[str]:
        """What a function with `@task` becomes."""
        return ["_PythonDecoratedOperator"]

    def _execute_extraction(self) -> OperatorLineage:
        # Of a task that starts: nothing is written yet. No source code either.
        return OperatorLineage()

    def extract_on_complete(self, task_instance: Any) -> OperatorLineage:
        """What the task of that instance read and wrote."""
        from ward_warehouse.night.lineage import of_task

        task = self.operator
        called = signature(task.python_callable).bind(*task.op_args, **task.op_kwargs)
        found = of_task(task.task_id, called.arguments)
        return OperatorLineage(
            inputs=[InputDataset(*dataset) for dataset in found.read],
            outputs=[OutputDataset(*dataset) for dataset in found.written],
        )
