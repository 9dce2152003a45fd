"""Runs the migrations on the connection that ``schema.migrate`` hands over; for alembic alone to import."""

from alembic import context

from warehouse.ledger.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
