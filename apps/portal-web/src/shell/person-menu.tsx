/** Who is signed in, how the console looks, and the way out. */
import {
  Avatar,
  Button,
  makeStyles,
  Menu,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Text,
  tokens,
} from '@fluentui/react-components';
import {
  SignOut20Regular,
  WeatherMoon20Regular,
  WeatherSunny20Regular,
  WindowSettings20Regular,
} from '@fluentui/react-icons';
import { useState, type ReactElement } from 'react';
import { initialsOf } from './initials.ts';
import { roleWords } from '../session/roles.ts';
import { signOut } from '../session/sign-out.ts';
import { useSession } from '../session/use-session.ts';
import type { ThemeChoice } from '../theme/theme-choice.ts';
import { useTheme } from '../theme/theme-provider.tsx';

const useStyles = makeStyles({
  button: { minWidth: 0, padding: tokens.spacingHorizontalXXS, borderRadius: tokens.borderRadiusCircular },
  popover: { maxWidth: 'min(320px, 92vw)' },
  person: {
    display: 'flex',
    flexDirection: 'column',
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalM}`,
    overflowWrap: 'anywhere',
  },
  quiet: { color: tokens.colorNeutralForeground3 },
});

const choices: readonly { choice: ThemeChoice; text: string; icon: ReactElement }[] = [
  { choice: 'light', text: 'Light', icon: <WeatherSunny20Regular /> },
  { choice: 'dark', text: 'Dark', icon: <WeatherMoon20Regular /> },
  { choice: 'system', text: 'As the system', icon: <WindowSettings20Regular /> },
];

export function PersonMenu(): ReactElement {
  const styles = useStyles();
  const { user, role, publisher } = useSession();
  const { choice, choose } = useTheme();
  const initials = initialsOf(user.name);
  const [isLeaving, setLeaving] = useState(false);
  const leave = (): void => {
    setLeaving(true);
    signOut();
  };
  return (
    <Menu
      checkedValues={{ theme: [choice] }}
      onCheckedValueChange={(_, { checkedItems }) => choose((checkedItems[0] ?? 'system') as ThemeChoice)}
    >
      <MenuTrigger disableButtonEnhancement>
        <Button
          appearance="subtle"
          className={styles.button}
          aria-label={`${initials}, ${user.name}: account and appearance`}
          disabled={isLeaving}
          icon={<Avatar name={user.name} initials={initials} color="brand" size={28} aria-hidden />}
        />
      </MenuTrigger>
      <MenuPopover className={styles.popover}>
        <div className={styles.person}>
          <Text weight="semibold">{user.name}</Text>
          <Text size={200} className={styles.quiet}>
            {user.email}
          </Text>
          <Text size={200} className={styles.quiet}>
            {roleWords[role]}
            {publisher ? ` of ${publisher.name}` : ', all publishers'}
          </Text>
        </div>
        <MenuList>
          <MenuDivider />
          <MenuGroup>
            <MenuGroupHeader>Appearance</MenuGroupHeader>
            {choices.map(({ choice: value, text, icon }) => (
              <MenuItemRadio key={value} name="theme" value={value} icon={icon}>
                {text}
              </MenuItemRadio>
            ))}
          </MenuGroup>
          <MenuDivider />
          <MenuItem icon={<SignOut20Regular />} onClick={leave}>
            Sign out
          </MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
