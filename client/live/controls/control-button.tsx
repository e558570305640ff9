import { Indicator, Tooltip, UnstyledButton } from '@mantine/core';
import type { ComponentPropsWithRef, ReactNode } from 'react';
import classes from './controls.module.css';

interface ControlButtonProps extends Omit<ComponentPropsWithRef<'button'>, 'children'> {
  /** What a press does; also the tooltip. */
  label: string;
  icon: ReactNode;
  state?: 'on' | 'off' | 'locked' | 'pending';
  /** A number of things waiting behind the button. */
  count?: number;
  tone?: 'plain' | 'danger';
}

/** A round button of the control bar. Locked ones can be focused and say why they do nothing. */
export function ControlButton({
  label,
  icon,
  state,
  count = 0,
  tone = 'plain',
  onClick,
  ...rest
}: ControlButtonProps) {
  const locked = state === 'locked';
  // What the button opened says enough, and lies where the tooltip would be.
  const isOpen = rest['aria-expanded'] === true || rest['aria-expanded'] === 'true';
  return (
    <Tooltip label={label} openDelay={400} withinPortal={false} disabled={isOpen}>
      <Indicator
        label={count > 99 ? '99+' : count}
        disabled={count === 0}
        size={18}
        offset={5}
        color="#ffd166"
      >
        <UnstyledButton
          {...rest}
          className={classes.button}
          aria-label={label}
          aria-disabled={locked || undefined}
          aria-busy={state === 'pending' || undefined}
          data-state={state}
          data-tone={tone}
          onClick={locked ? undefined : onClick}
        >
          {icon}
        </UnstyledButton>
      </Indicator>
    </Tooltip>
  );
}
