"""Backlog 补结进度: how much of what an incident held up has arrived."""
